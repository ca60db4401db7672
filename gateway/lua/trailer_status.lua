-- Innermost filter, so the first to see a response: notes the status in a service's trailers for the
-- access log. After the grpc_web filter it is inside the body and Envoy logs UNKNOWN.
function envoy_on_response(handle)
  for _ in handle:bodyChunks() do end  -- passes each chunk on at once
  local trailers = handle:trailers()
  local status = trailers and trailers:get("grpc-status")
  if status then
    handle:streamInfo():dynamicMetadata():set("boumb.gateway", "grpc_status", status)
  end
end
