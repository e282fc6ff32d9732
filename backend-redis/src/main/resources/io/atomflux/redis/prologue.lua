-- Put behind once.lua before every script that changes rows. Reads all it may write before it writes.
-- KEYS: 1 list of sort keys, 2 counter, 3 control, 4 client, 5 log of changes, 6 open writes
-- ARGV: 1 the client's token, 2 sequence, 3 prefix of row keys
local LOGGED = 4096

local size = redis.call('LLEN', KEYS[1])
local counter = redis.call('GET', KEYS[2])
local control = redis.call('HMGET', KEYS[3], 'rev', 'sk', 'seen')
redis.call('LLEN', KEYS[5])
redis.call('HLEN', KEYS[6])

-- What a program that keeps no log changes as well when it adds or removes rows.
local function state()
    return table.concat({
        redis.call('LLEN', KEYS[1]), redis.call('GET', KEYS[2]) or '',
        redis.call('LINDEX', KEYS[1], 0) or '', redis.call('LINDEX', KEYS[1], -1) or ''
    }, ' ')
end

local before = state()
if counter and not string.find(counter, '^%d+$') then
    return 'counter ' .. counter
end
-- Another program may have taken the counter back; what was given before, or is seen in use, is never given again.
local nextKey = math.max(tonumber(counter or '0'), tonumber(control[2] or '0'),
    (tonumber(redis.call('LINDEX', KEYS[1], 0)) or -1) + 1, (tonumber(redis.call('LINDEX', KEYS[1], -1)) or -1) + 1)

local function rowKey(sortKey)
    return ARGV[3] .. sortKey
end

local function raiseCounter()
    if nextKey > tonumber(counter or '0') then
        redis.call('SET', KEYS[2], text(nextKey))
    end
end

-- Remembers the answer; nothing may be written after it.
local function finish(answer)
    raiseCounter()
    return remember(answer)
end

-- Logs a change, and that of others before it if they left none.
local function publish(answer, change)
    raiseCounter()
    local revision = tonumber(control[1] or '0')
    if control[3] ~= before and (control[3] or size > 0 or counter) then
        revision = revision + 1
        redis.call('RPUSH', KEYS[5], text(revision) .. ' G ' .. before)
    end
    if change then
        revision = revision + 1
        redis.call('RPUSH', KEYS[5], text(revision) .. ' ' .. change)
    end
    if revision % 64 < 2 then
        redis.call('LTRIM', KEYS[5], -LOGGED, -1)
    end
    redis.call('HSET', KEYS[3], 'rev', text(revision), 'sk', text(nextKey), 'seen', state())
    return finish(answer)
end

-- Tells what stands at a row's key: 'none', 'hash', or something that is not ours. On a cluster it is asked for beside a
-- key that is here: asked for one key alone, a node that a slot is being moved to says of what it lacks that it is nowhere.
local braces = string.sub(ARGV[3], 1, 1) == '{'
local function kind(key)
    if braces then
        redis.call('EXISTS', client, key)
    end
    return redis.call('TYPE', key).ok
end

local function foreign(key, found)
    return finish('type ' .. found .. ' ' .. key)
end

local function each(list, width, call)
    for from = 1, #list, width do
        call(unpack(list, from, math.min(from + width - 1, #list)))
    end
end

local function store(key, cells)
    each(cells, 4000, function(...)
        redis.call('HSET', key, ...)
    end)
end

-- Finds the sort keys at positions given ascending, all of which exist.
local function keysAt(positions)
    local count = #positions
    local span = positions[count] - positions[1] + 1
    local found = {}
    if span <= 16 * count then
        local range = redis.call('LRANGE', KEYS[1], text(positions[1]), text(positions[count]))
        for i = 1, count do
            found[i] = range[positions[i] - positions[1] + 1]
        end
    else
        for i = 1, count do
            found[i] = redis.call('LINDEX', KEYS[1], text(positions[i]))
        end
    end
    return found
end

-- Tells whether a row is as it was: {sort key, SHA-1 over its fields in the order given, fields}.
local function unchanged(sortKey, version)
    if sortKey ~= version[1] then
        return false
    end
    local key = rowKey(sortKey)
    kind(key)
    local fields = version[3]
    if redis.call('HLEN', key) ~= #fields then
        return false
    end
    local parts = {}
    for from = 1, #fields, 4000 do
        local upTo = math.min(from + 3999, #fields)
        local values = redis.call('HMGET', key, unpack(fields, from, upTo))
        for i = from, upTo do
            local value = values[i - from + 1]
            if not value then
                return false
            end
            parts[#parts + 1] = #fields[i] .. ':' .. #value .. ':'
            parts[#parts + 1] = fields[i]
            parts[#parts + 1] = value
        end
    end
    return redis.sha1hex(table.concat(parts)) == version[2]
end

-- Checks that positions were resolved for the size the store has, or exist if they do not depend on it.
local function resolved(sizeThen, positions)
    local count = #positions
    return (sizeThen == '' or tonumber(sizeThen) == size) and (count == 0 or positions[count] < size)
end

-- Finds the first key of an open write; nil if it is not open any more, or was opened anew with other keys.
local function held(name, first)
    local entry = redis.call('HGET', KEYS[6], name)
    if entry and string.sub(entry, 1, #first + 1) == first .. ' ' then
        return tonumber(first)
    end
end
