-- Takes fields away from rows. ARGV: 4 size the positions hold for or '', 5 positions ascending, 6 fields.
local positions = cmsgpack.unpack(ARGV[5])
if not resolved(ARGV[4], positions) then
    return finish('size ' .. text(size))
end
local fields = cmsgpack.unpack(ARGV[6])
local unwanted = {}
for _, field in ipairs(fields) do
    unwanted[field] = true
end

-- Finds which of the fields a row has, by names alone: values may be large.
local function present(key, all)
    local there = {}
    if #fields < all then
        for _, field in ipairs(fields) do
            if redis.call('HEXISTS', key, field) == 1 then
                there[#there + 1] = field
            end
        end
    else
        for _, field in ipairs(redis.call('HKEYS', key)) do
            if unwanted[field] then
                there[#there + 1] = field
            end
        end
    end
    return there
end

local keys = keysAt(positions)
local concerned = {}
local going = {}
for i = 1, #keys do
    local key = rowKey(keys[i])
    local found = kind(key)
    if found == 'hash' then
        local all = redis.call('HLEN', key)
        local there = present(key, all)
        if #there == all then
            return finish('empty')
        end
        if #there > 0 then
            concerned[#concerned + 1] = i
            going[i] = there
        end
    elseif found ~= 'none' then
        return foreign(key, found)
    end
end
if #concerned == 0 then
    return finish(text(size))
end

giveRoom()
local ranges = {}
local from, upTo
for _, i in ipairs(concerned) do
    each(going[i], 4000, function(...)
        redis.call('HDEL', rowKey(keys[i]), ...)
    end)
    local position = positions[i]
    if position ~= upTo then
        if from then
            ranges[#ranges + 1] = 'R ' .. text(from) .. ' ' .. text(upTo)
        end
        from = position
    end
    upTo = position + 1
end
ranges[#ranges + 1] = 'R ' .. text(from) .. ' ' .. text(upTo)
if #ranges > 128 then
    ranges = {'R ' .. text(positions[concerned[1]]) .. ' ' .. text(upTo)}
end
return publish(text(size), table.concat(ranges, ' '))
