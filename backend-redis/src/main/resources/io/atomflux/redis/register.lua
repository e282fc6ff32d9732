-- Takes a client number. KEYS: 1 control, 2 open writes; ARGV: 1 token of the client, 2 name of the history if none has
-- begun, 3 prefix of client keys.
redis.call('HLEN', KEYS[2])
local number = tonumber(redis.call('HGET', KEYS[1], 'next') or '0')
local key
repeat
    number = number + 1
    key = ARGV[3] .. string.format('%.0f', number)
until redis.call('EXISTS', KEYS[1], key) == redis.call('EXISTS', KEYS[1])
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local name = string.format('%.0f', number)
redis.call('HDEL', KEYS[1], 'none') -- so that a server without memory does not refuse who comes to delete
redis.call('HSET', KEYS[1], 'next', name, 'c:' .. name, now)
redis.call('HSETNX', KEYS[1], 'id', ARGV[2])
redis.call('HSET', key, 'id', ARGV[1], 'last', '0', 'ms', now)
return name
