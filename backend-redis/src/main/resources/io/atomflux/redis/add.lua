-- Adds rows before a position, or at the end. ARGV: 4 position or '', 5 rows, 6 how many; 7 name and 8 first key of the
-- open write if they are staged.
local count = tonumber(ARGV[6])
if count == 0 then
    return publish(text(size))
end
local staged = ARGV[7] ~= ''
local rows = ARGV[5] ~= '' and cmsgpack.unpack(ARGV[5]) or {}
local first = nextKey
local orphans = {}
if staged then
    first = held(ARGV[7], ARGV[8])
    if not first then
        return finish('gone')
    end
else
    for i = 0, count - 1 do
        local key = rowKey(text(first + i))
        local found = kind(key)
        if found == 'hash' then
            orphans[#orphans + 1] = key
        elseif found ~= 'none' then
            return foreign(key, found)
        end
    end
end
local at = size
if ARGV[4] ~= '' then
    at = tonumber(ARGV[4])
    at = math.max(0, math.min(size, at < 0 and at + size or at))
end
local pivot
if at > 0 and at < size then
    pivot = redis.call('LINDEX', KEYS[1], text(at))
    if count > 1 and count * at > 4000000 then
        return finish('far')
    end
end

if staged then
    redis.call('HDEL', KEYS[6], ARGV[7])
else
    nextKey = first + count
    redis.call('SET', KEYS[2], text(nextKey))
    each(orphans, 4000, function(...)
        redis.call('UNLINK', ...)
    end)
    for i = 1, #rows do
        if rows[i] then
            store(rowKey(text(first + i - 1)), rows[i])
        end
    end
end
local keys = {}
for i = 1, count do
    keys[i] = text(first + (pivot == nil and at < size and count - i or i - 1))
end
if at == size then
    each(keys, 4000, function(...)
        redis.call('RPUSH', KEYS[1], ...)
    end)
elseif at == 0 then
    each(keys, 4000, function(...)
        redis.call('LPUSH', KEYS[1], ...)
    end)
else
    for i = 1, count do
        redis.call('LINSERT', KEYS[1], 'BEFORE', pivot, keys[i])
    end
end
local ranges = (at == size and 'A ' or 'I ') .. text(at) .. ' ' .. text(at + count)
return publish(text(size + count), ranges)
