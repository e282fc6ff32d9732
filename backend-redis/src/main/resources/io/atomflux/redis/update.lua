-- Writes some fields of rows. ARGV: 4 size the positions hold for or '', 5 positions ascending, 6 change to log,
-- 7 version or '', 8 fields for each row, 9 name and 10 first key of the open write if they are staged, 11 '1' if the same
-- fields are for all rows.
local positions = cmsgpack.unpack(ARGV[5])
if not resolved(ARGV[4], positions) then
    return finish('size ' .. text(size))
end
local staged = ARGV[9] ~= ''
local first = staged and held(ARGV[9], ARGV[10])
if staged and not first then
    return finish('gone')
end
local keys = keysAt(positions)
if ARGV[7] ~= '' and not unchanged(keys[1], cmsgpack.unpack(ARGV[7])) then
    return finish('conflict ' .. text(positions[1]))
end
local rows = ARGV[8] ~= '' and cmsgpack.unpack(ARGV[8])
local shared = ARGV[11] == '1'
for i = 1, #keys do
    local key = rowKey(keys[i])
    local found = kind(key)
    if found ~= 'none' and found ~= 'hash' then
        return foreign(key, found)
    end
    if staged then
        kind(rowKey(text(first + i - 1)))
    elseif found == 'none' and #rows[shared and 1 or i] == 0 then
        return finish('empty')
    end
end

if staged then
    redis.call('HDEL', KEYS[6], ARGV[9])
end
for i = 1, #keys do
    if staged then
        local key = rowKey(text(first + i - 1))
        store(rowKey(keys[i]), redis.call('HGETALL', key))
        redis.call('UNLINK', key)
    else
        store(rowKey(keys[i]), rows[shared and 1 or i])
    end
end
return publish(text(size), ARGV[6])
