-- Looks at a part of the list. KEYS: 1 list of sort keys, 2 counter; ARGV: 1 prefix of row keys, 2 from, 3 how many.
-- Answers: size, counter, sort keys, and in turn each of those whose row is no hash and what it is.
local keys = redis.call('LRANGE', KEYS[1], ARGV[2], tonumber(ARGV[2]) + tonumber(ARGV[3]) - 1)
local wrong = {}
for _, sortKey in ipairs(keys) do
    local found = redis.call('TYPE', ARGV[1] .. sortKey).ok
    if found ~= 'hash' and found ~= 'none' then
        wrong[#wrong + 1] = sortKey
        wrong[#wrong + 1] = found
    end
end
return {redis.call('LLEN', KEYS[1]), redis.call('GET', KEYS[2]) or '', keys, wrong}
