-- Takes fields away from rows. ARGV: 4 size the positions hold for or '', 5 positions ascending, 6 fields.
local positions = cmsgpack.unpack(ARGV[5])
if not resolved(ARGV[4], positions) then
    return finish('size ' .. text(size))
end
local fields = cmsgpack.unpack(ARGV[6])
local keys = keysAt(positions)
local concerned = {}
for i = 1, #keys do
    local key = rowKey(keys[i])
    local found = kind(key)
    if found == 'hash' then
        local there = 0
        each(fields, 4000, function(...)
            local values = redis.call('HMGET', key, ...)
            for j = 1, #values do
                there = there + (values[j] and 1 or 0)
            end
        end)
        if there == redis.call('HLEN', key) then
            return finish('empty')
        end
        if there > 0 then
            concerned[#concerned + 1] = i
        end
    elseif found ~= 'none' then
        return foreign(key, found)
    end
end
if #concerned == 0 then
    return finish(text(size))
end

local ranges = {}
local from, upTo
for _, i in ipairs(concerned) do
    each(fields, 4000, function(...)
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
