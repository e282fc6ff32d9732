-- Tells which rows exist and are neither staged nor to be deleted. KEYS: 1 open writes, 2 graves; ARGV: 1 prefix of row
-- keys, then sort keys.
local ranges = {}
for _, entry in ipairs(redis.call('HVALS', KEYS[1])) do
    local first, count = string.match(entry, '^(%d+) (%d+) ')
    if first then
        ranges[#ranges + 1] = {tonumber(first), tonumber(first) + tonumber(count)}
    end
end
local graves = redis.call('SMEMBERS', KEYS[2])
local unowned = {}
for i = 2, #ARGV do
    local sortKey = tonumber(ARGV[i])
    local owned = redis.call('EXISTS', ARGV[1] .. ARGV[i]) == 0
    for _, range in ipairs(ranges) do
        owned = owned or sortKey >= range[1] and sortKey < range[2]
    end
    for _, grave in ipairs(graves) do
        owned = owned or redis.call('LPOS', grave, ARGV[i])
    end
    if not owned then
        unowned[#unowned + 1] = ARGV[i]
    end
end
return unowned
