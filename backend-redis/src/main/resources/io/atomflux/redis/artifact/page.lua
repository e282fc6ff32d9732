-- Reads entries in order. KEYS: 1 sorted set of keys, 2 hash of values; ARGV: 1 first key, 2 the key behind the last,
-- 3 most entries, 4 bytes at which to end. Answers keys and values in turn.
local keys = redis.call('ZRANGEBYLEX', KEYS[1], '[' .. ARGV[1], '(' .. ARGV[2], 'LIMIT', 0, ARGV[3])
local most = tonumber(ARGV[4])
local reply = {}
local bytes = 0
for _, key in ipairs(keys) do
    bytes = bytes + #key + redis.call('HSTRLEN', KEYS[2], key)
    if bytes > most and #reply > 0 then
        break
    end
    reply[#reply + 1] = key
    reply[#reply + 1] = redis.call('HGET', KEYS[2], key)
end
return reply
