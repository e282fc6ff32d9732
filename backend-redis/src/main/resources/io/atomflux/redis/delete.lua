-- Takes rows away. ARGV: 4 size the positions hold for or '', 5 positions ascending, 6 change to log, 7 version or '',
-- 8 a text no list element has.
local positions = cmsgpack.unpack(ARGV[5])
if not resolved(ARGV[4], positions) then
    return finish('size ' .. text(size))
end
local count = #positions
local keys = keysAt(positions)
if ARGV[7] ~= '' and not unchanged(keys[1], cmsgpack.unpack(ARGV[7])) then
    return finish('conflict ' .. text(positions[1]))
end
local rows = {}
for i = 1, count do
    local key = rowKey(keys[i])
    local found = kind(key)
    if found ~= 'none' and found ~= 'hash' then
        return foreign(key, found)
    end
    rows[i] = key
end

giveRoom()
local lowest, highest = positions[1], positions[count]
local consecutive = highest - lowest + 1 == count
if consecutive and lowest == 0 then
    redis.call('LTRIM', KEYS[1], text(count), -1)
elseif consecutive and highest == size - 1 then
    redis.call('LTRIM', KEYS[1], 0, text(lowest - 1))
else
    for i = 1, count do
        redis.call('LSET', KEYS[1], text(positions[i]), ARGV[8])
    end
    local fromHead = highest < size - lowest
    redis.call('LREM', KEYS[1], text(fromHead and count or -count), ARGV[8])
end
each(rows, 4000, function(...)
    redis.call('UNLINK', ...)
end)
return publish(text(size - count), ARGV[6])
