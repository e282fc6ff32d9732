-- Writes one part of a file. KEYS: 2 sorted set of sets, 3 hash of the set, 4 the part unless the write begins here;
-- ARGV: 3 id of the set, 4 name of the file, 5 number of the write or '' to begin it, 6 index of the part, 7 its bytes,
-- 8 size of the file if this is its last part, else '', 9 prefix of the keys of parts.
-- In the hash: 'sealed', 'removing', 'next' number, 'f:<name>' = 'size parts number', 'w:<number>' = parts so far.
-- Answers the number of the write, or why not: 'gone', 'sealed', 'exists', 'type'.
redis.call('ZCARD', KEYS[2])
local begun = ARGV[5] ~= ''
local states = redis.call('HMGET', KEYS[3], 'sealed', 'removing', 'f:' .. ARGV[4], 'next', 'w:' .. ARGV[5])
if states[2] or begun and states[5] ~= ARGV[6] then
    return remember('gone')
elseif states[3] then
    return remember('exists')
elseif states[1] then
    return remember('sealed')
end
local number = begun and ARGV[5] or text(tonumber(states[4] or '0') + 1)
local part = begun and KEYS[4] or ARGV[9] .. number .. ':0'
redis.call('EXISTS', client, part) -- fails while its slot is moved
if redis.call('TYPE', part).ok ~= 'none' then
    return remember('type')
end

redis.call('SET', part, ARGV[7])
local parts = text(tonumber(ARGV[6]) + 1)
if not begun then
    redis.call('HSET', KEYS[3], 'next', number)
    redis.call('ZADD', KEYS[2], 0, ARGV[3])
end
if ARGV[8] ~= '' then
    redis.call('HDEL', KEYS[3], 'w:' .. number)
    redis.call('HSET', KEYS[3], 'f:' .. ARGV[4], ARGV[8] .. ' ' .. parts .. ' ' .. number)
else
    redis.call('HSET', KEYS[3], 'w:' .. number, parts)
end
return remember(number)
