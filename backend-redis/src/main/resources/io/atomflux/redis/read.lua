-- Reads rows of one moment. KEYS: 1 list of sort keys; ARGV: 1 prefix of row keys, 2 positions, 3 most bytes, 4 wanted
-- fields or '' for all; a position before the first to tell the sort key of, or ''. Positions are one text: an index, which
-- may be negative; 'start step count'; or packed behind 'l'.
-- Answers, packed: size, sort key before, last sort key, then the rows: false if reserved, else fields and values, or one
-- value or false for each wanted field.
local size = redis.call('LLEN', KEYS[1])
local most = tonumber(ARGV[3])
local fields = ARGV[4] ~= '' and cmsgpack.unpack(ARGV[4])
local list = KEYS[1]
local before = ARGV[5] ~= '' and redis.call('LINDEX', list, ARGV[5]) or false
local reply = {size, before, false}
local bytes = 0

local function add(sortKey)
    local key = ARGV[1] .. sortKey
    local row
    if fields then
        row = {}
        for from = 1, #fields, 4000 do
            local values = redis.call('HMGET', key, unpack(fields, from, math.min(from + 3999, #fields)))
            if #fields <= 4000 then
                row = values
            else
                for i = 1, #values do
                    row[#row + 1] = values[i]
                end
            end
        end
        local any = false
        for i = 1, #row do
            if row[i] then
                any = true
                bytes = bytes + #row[i]
            end
        end
        if not any then
            -- beside another key: fails where a slot is being moved to and the row is not there yet
            row = redis.call('EXISTS', list, key) == 2 and 0 or false
        end
    else
        row = redis.call('HGETALL', key)
        for i = 1, #row do
            bytes = bytes + #row[i]
        end
        if #row == 0 then
            redis.call('EXISTS', list, key)
            row = false
        end
    end
    reply[#reply + 1] = row
    reply[3] = sortKey
    bytes = bytes + 64
    return bytes < most
end

local start, step, count = string.match(ARGV[2], '^(%d+) (%-?%d+) (%d+)$')
if start then
    start, step, count = tonumber(start), tonumber(step), tonumber(count)
    local far = start + (count - 1) * step
    if start >= size then
        count = 0
    elseif far >= size then
        count = math.floor((size - 1 - start) / step) + 1
        far = start + (count - 1) * step
    end
    if count > 0 and math.abs(step) <= 8 then
        local from = math.min(start, far)
        local keys = redis.call('LRANGE', list, string.format('%.0f', from), string.format('%.0f', math.max(start, far)))
        for i = 0, count - 1 do
            if not add(keys[start + i * step - from + 1]) then
                break
            end
        end
    else
        for i = 0, count - 1 do
            if not add(redis.call('LINDEX', list, string.format('%.0f', start + i * step))) then
                break
            end
        end
    end
else
    local positions = string.sub(ARGV[2], 1, 1) == 'l' and cmsgpack.unpack(string.sub(ARGV[2], 2)) or {tonumber(ARGV[2])}
    local i = 1
    while i <= #positions do
        local from = positions[i]
        local to = i -- positions that ascend in small steps are read as one range, as far as the server walks anyway
        while to < #positions and positions[to + 1] > positions[to] and positions[to + 1] - positions[to] <= 16 do
            to = to + 1
        end
        local keys
        if to > i then
            keys = redis.call('LRANGE', list, string.format('%.0f', from), string.format('%.0f', positions[to]))
        else
            keys = {redis.call('LINDEX', list, string.format('%.0f', from))}
        end
        for at = i, to do
            local sortKey = keys[positions[at] - from + 1]
            if not sortKey or not add(sortKey) then
                to = #positions
                break
            end
        end
        i = to + 1
    end
end
return cmsgpack.pack(reply)
