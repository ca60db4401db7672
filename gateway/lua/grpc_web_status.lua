-- Outermost filter, so the last to see a response. The grpc_web filter derives the gRPC status of
-- answers that Envoy makes itself from their HTTP status, and gets three of them wrong for a browser.
local RIGHT_STATUS = {
  ["413"] = "8",  -- body too large: RESOURCE_EXHAUSTED
  ["429"] = "8",  -- quota used up: RESOURCE_EXHAUSTED
  ["504"] = "4",  -- too slow: DEADLINE_EXCEEDED
}

function envoy_on_response(handle)
  local headers = handle:headers()
  local status = headers:get("grpc-status")
  if status == nil then
    return
  end
  local content_type = headers:get("content-type") or ""
  local http_status = headers:get(":status")
  if http_status ~= "200" and content_type:sub(1, 20) == "application/grpc-web" then
    status = RIGHT_STATUS[http_status] or status
    headers:replace("grpc-status", status)
    -- The status is in the headers above; some clients stop reading at an HTTP error.
    headers:replace(":status", "200")
  end
  handle:streamInfo():dynamicMetadata():set("boumb.gateway", "grpc_status", status)
end
