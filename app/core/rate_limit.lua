-- Counts one request of a caller if every policy has room for it; see RedisLimiter.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local allowed = 1
local result = {}
local policies = (#ARGV - 1) / 2
for i = 1, policies do
  local key = KEYS[i]
  local requests = tonumber(ARGV[2 * i - 1])
  local window = tonumber(ARGV[2 * i])
  local oldest = redis.call('LINDEX', key, -1)
  while oldest and tonumber(oldest) <= now - window do
    redis.call('RPOP', key)
    oldest = redis.call('LINDEX', key, -1)
  end
  local used = redis.call('LLEN', key)
  if used >= requests then allowed = 0 end
  -- Above a limit that was lowered, more than the oldest have to leave before there is room.
  if used > requests then oldest = redis.call('LINDEX', key, requests - used - 1) end
  result[2 * i + 2] = requests - used
  result[2 * i + 3] = oldest and (tonumber(oldest) + window - now) or window
end
if allowed == 1 and ARGV[#ARGV] == '1' then
  for i = 1, policies do
    local key = KEYS[i]
    redis.call('LPUSH', key, string.format('%d', now))
    redis.call('PEXPIRE', key, math.ceil(tonumber(ARGV[2 * i]) / 1000))
    result[2 * i + 2] = result[2 * i + 2] - 1
  end
end
result[1] = allowed
result[2] = now
result[3] = KEYS[policies + 1] and redis.call('GET', KEYS[policies + 1]) or false
return result
