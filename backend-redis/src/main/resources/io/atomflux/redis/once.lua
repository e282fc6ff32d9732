-- Put before every script that changes something, behind a line that tells the key of the client. Answers a repeated call
-- from memory. ARGV: 1 the client's token, 2 sequence
local RING = 512

local function text(number)
    return string.format('%.0f', number)
end

local sequence = tonumber(ARGV[2])
local slot = 'r' .. text(sequence % RING)
local mine = redis.call('HMGET', client, 'id', 'last', slot)
if mine[1] ~= ARGV[1] then
    return 'unknown'
end
if mine[3] then
    local space = string.find(mine[3], ' ', 1, true)
    if tonumber(string.sub(mine[3], 1, space - 1)) == sequence then
        return string.sub(mine[3], space + 1)
    end
end
local last = tonumber(mine[2])
if sequence <= last - RING then
    return 'old'
end
local time = redis.call('TIME')
local now = text(time[1] * 1000 + math.floor(time[2] / 1000))

-- The first write of a script decides whether a server without memory refuses all of it: a script that takes room begins
-- with one that is refused then; one that gives room back with one that is not.
local function takeRoom()
    redis.call('HSET', client, 'ms', now)
end

local function giveRoom()
    redis.call('HDEL', client, 'none')
end

-- Remembers the answer; nothing may be written after it.
local function remember(answer)
    redis.call('HSET', client, slot, text(sequence) .. ' ' .. answer,
        'last', text(math.max(last, sequence)), 'ms', now)
    return answer
end
