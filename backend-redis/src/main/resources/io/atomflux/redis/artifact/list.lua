-- Tells the files of a set. KEYS: 1 hash of the set. Answers names and 'size parts number' in turn.
local reply = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
    if string.sub(all[i], 1, 2) == 'f:' then
        reply[#reply + 1] = string.sub(all[i], 3)
        reply[#reply + 1] = all[i + 1]
    end
end
return reply
