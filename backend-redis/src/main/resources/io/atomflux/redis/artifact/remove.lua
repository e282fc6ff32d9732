-- Removes parts of files, some at a time. KEYS: 2 sorted set of sets, 3 hash of the set; ARGV: 3 id of the set, 4 most
-- parts, 5 prefix of the keys of parts, 6 number of a write to remove it alone, or '', and 7 the name it was to get.
-- A file of which parts are left counts as a write: it is seen no more.
-- Answers '0' once nothing is left, else '1', and the size of the files that went.
redis.call('ZCARD', KEYS[2])
local alone = ARGV[6] ~= ''
local fields = {}
if alone then
    local parts = redis.call('HGET', KEYS[3], 'w:' .. ARGV[6])
    local file = redis.call('HGET', KEYS[3], 'f:' .. ARGV[7])
    if parts then
        fields = {'w:' .. ARGV[6], parts}
    elseif file and string.match(file, '(%d+)$') == ARGV[6] then
        fields = {'f:' .. ARGV[7], file}
    end
else
    local cursor = '0'
    repeat
        local page = redis.call('HSCAN', KEYS[3], cursor, 'COUNT', 100)
        cursor = page[1]
        for i = 1, #page[2], 2 do
            if string.find(page[2][i], '^[fw]:') then
                fields[#fields + 1] = page[2][i]
                fields[#fields + 1] = page[2][i + 1]
            end
        end
    until cursor == '0' or #fields > 0
end

local room = tonumber(ARGV[4])
local bytes = 0
local going = {}
local touched = {}
for i = 1, #fields, 2 do
    if room == 0 then
        break
    end
    local size, parts, number = string.match(fields[i + 1], '^(%d+) (%d+) (%d+)$')
    bytes = bytes + tonumber(size or '0')
    parts = tonumber(parts or fields[i + 1])
    number = number or string.sub(fields[i], 3)
    local left = math.max(0, parts - room)
    for part = left, parts - 1 do
        going[#going + 1] = ARGV[5] .. number .. ':' .. text(part)
        redis.call('EXISTS', client, going[#going]) -- fails while its slot is moved
    end
    room = room - (parts - left)
    touched[#touched + 1] = {fields[i], 'w:' .. number, left}
end

giveRoom()
if #fields == 0 then
    if not alone then
        redis.call('UNLINK', KEYS[3])
        redis.call('ZREM', KEYS[2], ARGV[3])
    end
    return remember('0 0')
end
for _, key in ipairs(going) do
    redis.call('UNLINK', key)
end
for _, entry in ipairs(touched) do
    redis.call('HDEL', KEYS[3], entry[1])
    if entry[3] > 0 then
        redis.call('HSET', KEYS[3], entry[2], text(entry[3]))
    end
end
if not alone then
    redis.call('HSET', KEYS[3], 'removing', '1')
end
return remember('1 ' .. text(bytes))
