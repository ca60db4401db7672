-- Internal listener only: for whom a backend calls. Its certificate was checked before, so what it says is believed, if
-- it says it once and readably. x-user-bin carries names that a text header cannot; services get all names as x-user.
local MOST_BYTES = 4096
local DIGITS = {}
for index = 1, 64 do
  DIGITS[("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):byte(index)] = index - 1
end

-- Text in base64, padded or not; nil when it is none.
local function decoded(text)
  text = text:gsub("=?=$", "")
  if text:find("[^%w+/]") or #text % 4 == 1 then
    return nil
  end
  local bytes, bits, held = {}, 0, 0
  for index = 1, #text do
    held, bits = (held * 64 + DIGITS[text:byte(index)]) % 16384, bits + 6
    if bits >= 8 then
      bits = bits - 8
      bytes[#bytes + 1] = string.char(math.floor(held / 2 ^ bits) % 256)
    end
  end
  return table.concat(bytes)
end

local CHARACTERS = {  -- of UTF-8, without control characters, surrogates and forms longer than they need be
  "^[ -~]+()", "^\194[\160-\191]()", "^[\195-\223][\128-\191]()",
  "^\224[\160-\191][\128-\191]()", "^[\225-\236\238\239][\128-\191][\128-\191]()", "^\237[\128-\159][\128-\191]()",
  "^\240[\144-\191][\128-\191][\128-\191]()", "^[\241-\243][\128-\191][\128-\191][\128-\191]()",
  "^\244[\128-\143][\128-\191][\128-\191]()",
}

local function readable(text)
  local at = 1
  while at <= #text do
    local following
    for _, character in ipairs(CHARACTERS) do
      following = text:match(character, at)
      if following then
        break
      end
    end
    if not following then
      return false
    end
    at = following
  end
  return true
end

function envoy_on_request(handle)
  local headers = handle:headers()
  local plain, binary = headers:getNumValues("x-user"), headers:getNumValues("x-user-bin")
  local user
  if plain + binary == 0 then  -- the backend's own call: in its own name, never in nobody's
    user = handle:streamInfo():downstreamSslConnection():uriSanPeerCertificate()[1]
  elseif plain + binary == 1 and headers:getNumValues("x-roles") <= 1 then
    user = headers:get("x-user") or decoded(headers:get("x-user-bin"))
  end
  if not user or user == "" or #user > MOST_BYTES or not readable(user) then
    return handle:respond({
      [":status"] = "200",
      ["content-type"] = "application/grpc",
      ["grpc-status"] = "3",  -- INVALID_ARGUMENT
      ["grpc-message"] = "x-user is malformed: one name, in x-user or in base64 in x-user-bin, and x-roles once.",
    })
  end
  headers:replace("x-user", user)
  headers:remove("x-user-bin")
  handle:streamInfo():dynamicMetadata():set("boumb.gateway", "user", user)
end
