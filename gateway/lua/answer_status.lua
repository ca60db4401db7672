-- Outermost filter, so the last to see a response. Corrects the gRPC status of answers that Envoy makes
-- itself: it is derived from their HTTP status, which has no word for some reasons.
local RIGHT_STATUS = {
  ["request too long"] = "8",  -- RESOURCE_EXHAUSTED
  ["local_rate_limited"] = "8",
  ["upstream request timeout"] = "4",  -- DEADLINE_EXCEEDED
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
