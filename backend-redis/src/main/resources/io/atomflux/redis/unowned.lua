-- Tells which rows exist and are not being staged. KEYS: 1 open writes; ARGV: 1 prefix of row keys, then sort keys.
local ranges = {}
for _, entry in ipairs(redis.call('HVALS', KEYS[1])) do
    local first, count = string.match(entry, '^(%d+) (%d+) ')
    if first then
        ranges[#ranges + 1] = {tonumber(first), tonumber(first) + tonumber(count)}
    end
end
local unowned = {}
for i = 2, #ARGV do
    local sortKey = tonumber(ARGV[i])
    local owned = redis.call('EXISTS', ARGV[1] .. ARGV[i]) == 0
    for _, range in ipairs(ranges) do
        owned = owned or sortKey >= range[1] and sortKey < range[2]
    end
    if not owned then
        unowned[#unowned + 1] = ARGV[i]
    end
end
return unowned
