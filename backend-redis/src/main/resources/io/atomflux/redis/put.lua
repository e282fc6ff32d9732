-- Replaces whole rows. ARGV: 4 size the positions hold for or '', 5 positions ascending, 6 change to log, 7 version or '',
-- 8 rows, or '' and 9 name and 10 first key of the open write if they are staged.
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
local found = {}
for i = 1, #keys do
    local key = rowKey(keys[i])
    local own = kind(key)
    if own ~= 'none' and own ~= 'hash' then
        return foreign(key, own)
    end
    found[i] = staged and kind(rowKey(text(first + i - 1))) or own
end

if staged then
    redis.call('HDEL', KEYS[6], ARGV[9])
    for i = 1, #keys do
        if found[i] == 'none' then
            redis.call('UNLINK', rowKey(keys[i]))
        else
            redis.call('RENAME', rowKey(text(first + i - 1)), rowKey(keys[i]))
        end
    end
else
    local rows = cmsgpack.unpack(ARGV[8])
    takeRoom()
    for i = 1, #keys do
        local key = rowKey(keys[i])
        if found[i] == 'hash' then
            redis.call('UNLINK', key)
        end
        if rows[i] then
            store(key, rows[i])
        end
    end
end
return publish(text(size), ARGV[6])
