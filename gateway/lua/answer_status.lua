-- Outermost filter, so the first to see a request: gives gRPC's content types one form, which the filters after it know.
-- What is none, or comes over a protocol that cannot carry it, is noted and refused by lua/call_headers.lua, where a page
-- can read the refusal.
local KNOWN = {
  ["application/grpc"] = true,
  ["application/grpc+proto"] = true,
  ["application/grpc-web"] = true,
  ["application/grpc-web+proto"] = true,
  ["application/grpc-web-text"] = true,
  ["application/grpc-web-text+proto"] = true,
}

function envoy_on_request(handle)
  local headers = handle:headers()
  headers:remove("x-refused-content-type")
  local said = headers:get("content-type")
  if not said or said:sub(1, 16):lower() ~= "application/grpc" then
    return
  end
  local content = KNOWN[said] and said or said:lower():match("^[^; ]*")
  local web = content:match("^application/grpc%-web%-text") or content:match("^application/grpc%-web")
  if not KNOWN[content] then
    headers:replace("x-refused-content-type", said)
    content = web or "application/grpc"
  elseif not web and handle:streamInfo():protocol() ~= "HTTP/2" then  -- there are no trailers for the status
    headers:replace("x-refused-content-type", content .. " over HTTP/1.1")
  end
  if content ~= said then
    headers:replace("content-type", content)
  end
end

-- It is the last to see a response. Corrects the gRPC status of answers that Envoy makes
-- itself: it is derived from their HTTP status, which has no word for some reasons.
local RIGHT_STATUS = {
  ["request too long"] = "8",  -- RESOURCE_EXHAUSTED
  ["local_rate_limited"] = "8",
  ["upstream request timeout"] = "4",  -- DEADLINE_EXCEEDED
  ["request timeout"] = "4",  -- its body did not come
  ["Bad gRPC-web request, invalid base64 data."] = "3",  -- INVALID_ARGUMENT
}

function envoy_on_response(handle)
  local headers = handle:headers()
  local status = headers:get("grpc-status")
  if status == nil then
    return
  end
  if headers:get("x-envoy-upstream-service-time") == nil then  -- no service answered
    status = RIGHT_STATUS[headers:get("grpc-message")] or status
    headers:replace("grpc-status", status)
    -- Some clients in browsers stop reading at an HTTP error.
    headers:replace(":status", "200")
  end
  handle:streamInfo():dynamicMetadata():set("boumb.gateway", "grpc_status", status)
end
