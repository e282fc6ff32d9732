-- Writes rows nobody sees yet. ARGV: 4 name and 5 first key of the open write, 6 how many, 7 key of the first of these
-- rows, 8 rows, 9 '1' to begin them, '' to go on with one begun before.
if not held(ARGV[4], ARGV[5]) then
    return finish('gone')
end
local from = tonumber(ARGV[7])
local rows = cmsgpack.unpack(ARGV[8])
for i = 1, #rows do
    local key = rowKey(text(from + i - 1))
    local found = kind(key)
    if found ~= 'none' and found ~= 'hash' then
        return foreign(key, found)
    end
end
redis.call('HSET', KEYS[6], ARGV[4], ARGV[5] .. ' ' .. ARGV[6] .. ' ' .. now)
for i = 1, #rows do
    local key = rowKey(text(from + i - 1))
    if ARGV[9] == '1' then
        redis.call('UNLINK', key)
    end
    if rows[i] then
        store(key, rows[i])
    end
end
return finish('ok')
