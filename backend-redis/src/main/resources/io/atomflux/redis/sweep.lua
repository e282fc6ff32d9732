-- Tells what is left over. KEYS: 1 open writes, 2 graves, 3 control; ARGV: 1 prefix of client keys, 2 and 3 the ages in ms
-- from which open writes and clients are overdue.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local writes, clients = {}, {}
local open = redis.call('HGETALL', KEYS[1])
for i = 1, #open, 2 do
    local ms = string.match(open[i + 1], '^%d+ %d+ (%d+)$')
    if ms and now - tonumber(ms) >= tonumber(ARGV[2]) then
        writes[#writes + 1] = open[i]
        writes[#writes + 1] = open[i + 1]
    end
end
for _, field in ipairs(redis.call('HKEYS', KEYS[3])) do
    local number = string.match(field, '^c:(%d+)$')
    if number then
        local ms = redis.call('HGET', ARGV[1] .. number, 'ms') or '0'
        if now - tonumber(ms) >= tonumber(ARGV[3]) then
            clients[#clients + 1] = number
            clients[#clients + 1] = ms
        end
    end
end
return {writes, redis.call('SMEMBERS', KEYS[2]), clients, #open / 2}
