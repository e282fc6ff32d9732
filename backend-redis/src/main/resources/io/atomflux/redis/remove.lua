-- Takes the last keys of a group away if it has no rows. KEYS: 1 list of sort keys, 2 counter, 3 control, 4 log, 5 open
-- writes, 6 graves; ARGV: 1 name of its history, 2 prefix of client keys.
local id = redis.call('HGET', KEYS[3], 'id')
if id and id ~= ARGV[1] then
    return 1 -- made anew meanwhile; this is a late copy
end
if redis.call('LLEN', KEYS[1]) + redis.call('HLEN', KEYS[5]) + redis.call('SCARD', KEYS[6]) > 0 then
    return 0
end
local clients = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[3])) do
    local number = string.match(field, '^c:(%d+)$')
    if number then
        clients[#clients + 1] = ARGV[2] .. number
        redis.call('EXISTS', KEYS[3], ARGV[2] .. number)
    end
end
redis.call('EXISTS', KEYS[2])
redis.call('EXISTS', KEYS[4])
for _, client in ipairs(clients) do
    redis.call('UNLINK', client)
end
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
return 1
