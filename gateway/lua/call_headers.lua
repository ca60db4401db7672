-- Innermost filter, so the last to see a request: what a service is sent. gRPC's servers keep a header that they
-- cannot read for the connection, which all callers share, so none of those may get there.
local OURS = { ["x-request-id"] = true, ["x-user"] = true, ["x-roles"] = true }  -- made by filters before
local CHECKED = { ["grpc-timeout"] = true, ["grpc-encoding"] = true, ["content-type"] = true }
-- Free text that services or the tracer read; left out where it is long or not plain.
local TEXTS = { ["accept-language"] = true, ["traceparent"] = true, ["tracestate"] = true, ["user-agent"] = true }
local MOST_TEXT = 1024
local ENCODINGS = { identity = true, gzip = true, deflate = true }
local CONTENT_TYPES = { ["application/grpc"] = true, ["application/grpc+proto"] = true }
-- Who calls. The chassis reads no longer ones, so what it cannot read must not get there: it would be nobody's call.
local MOST_NAME, MOST_ROLES = 1024, 4096
local INVALID_ARGUMENT, PERMISSION_DENIED, UNIMPLEMENTED = "3", "7", "12"
local MOVED = "boumbapp.*.v1 is no longer served; call boumbapp.*.v2. CHANGELOG.md says how to move."

local function refuse(handle, json, status, name, value)
  local shown = value:sub(1, 40):gsub("[^ -~]", "?")
  if json then  -- written as JSON by envoy.yaml.j2
    return handle:respond({ [":status"] = status == PERMISSION_DENIED and "403" or "400" }, name .. " is malformed: " .. shown .. ".")
  end
  shown = shown:gsub("%%", "%%25")
  handle:respond({
    [":status"] = "200",
    ["content-type"] = "application/grpc",
    ["grpc-status"] = status,
    ["grpc-message"] = name .. " is malformed: " .. shown .. ".",
    ["grpc-accept-encoding"] = name == "grpc-encoding" and "identity,deflate,gzip" or nil,
  })
end

-- Length of UTF-8 in characters.
local function characters(text)
  return select(2, text:gsub("[^\128-\191]", ""))
end

local function unreadable_identity(headers)
  local user, roles = headers:get("x-user") or "", headers:get("x-roles") or ""
  if user:find("%c") or (#user > MOST_NAME and characters(user) > MOST_NAME) then
    return "x-user", user
  elseif #roles > MOST_ROLES then
    return "x-roles", roles
  end
end

-- Why a body is not the one message that every public method takes; nil when it is. A service would wait for the rest.
local function not_one_message(body, encoding)
  local length = body and body:length() or 0
  if length == 0 then
    return "it holds no message"
  elseif length < 5 then
    return "it is cut"
  end
  local flag, a, b, c, d = body:getBytes(0, 5):byte(1, 5)
  local said = 5 + ((a * 256 + b) * 256 + c) * 256 + d
  if flag > 1 or (flag == 1 and (encoding or "identity") == "identity") then
    return "its first byte is " .. flag
  elseif length < said then
    return "it is cut"
  elseif length > said then
    return "it holds more than one message"
  end
end

local function refuse_version(handle, content)
  if content:sub(1, 16) ~= "application/grpc" then
    return handle:respond({ [":status"] = "501" }, MOVED)
  end
  handle:respond({
    [":status"] = "200",
    ["content-type"] = "application/grpc",
    ["grpc-status"] = UNIMPLEMENTED,
    ["grpc-message"] = MOVED,
  })
end

function envoy_on_request(handle)
  local headers = handle:headers()
  if headers:get(":path"):find("^/boumbapp%.%a+%.v1%.") then
    return refuse_version(handle, headers:get("content-type") or "")
  end
  local others, seen, json, refused = {}, {}, false, nil
  for name, value in pairs(headers) do
    if TEXTS[name] then
      if #value > MOST_TEXT or value:find("[^ -~]") then
        others[#others + 1] = name
      end
    elseif CHECKED[name] then  -- one that is there twice is malformed
      seen[name] = seen[name] and seen[name] .. "," .. value or value
    elseif name == "x-refused-content-type" then
      refused = value
    elseif not OURS[name] and name:sub(1, 1) ~= ":" then
      json = json or name == "x-envoy-original-path"  -- the filter before this one wrote it
      others[#others + 1] = name
    end
  end
  if json then  -- what the gateway answers itself from here on is written as JSON too (envoy.yaml.j2)
    handle:streamInfo():dynamicMetadata():set("boumb.gateway", "json", true)
  end
  local timeout, encoding, content = seen["grpc-timeout"], seen["grpc-encoding"], seen["content-type"] or ""
  if content:sub(1, 16) ~= "application/grpc" then
    return  -- no service is routed to; what is there says that it is not found
  end
  if refused or not CONTENT_TYPES[content] then
    return refuse(handle, json, INVALID_ARGUMENT, "content-type", refused or content)
  end
  if headers:get(":method") ~= "POST" then
    return refuse(handle, json, UNIMPLEMENTED, "method", headers:get(":method"))
  end
  if timeout and not (timeout:find("^%d+[HMSmun]$") and #timeout <= 9) then
    return refuse(handle, json, INVALID_ARGUMENT, "grpc-timeout", timeout)
  end
  if encoding and not ENCODINGS[encoding] then
    return refuse(handle, json, UNIMPLEMENTED, "grpc-encoding", encoding)
  end
  local claim, said = unreadable_identity(headers)
  if claim then
    return refuse(handle, json, PERMISSION_DENIED, claim, said)
  end
  for _, name in ipairs(others) do
    headers:remove(name)
  end
  headers:replace("content-type", "application/grpc")
  headers:replace("te", "trailers")
  local problem = not_one_message(handle:body(), encoding)  -- nothing has gone to the service yet
  if problem then
    return refuse(handle, json, INVALID_ARGUMENT, "body", problem)
  end
end
