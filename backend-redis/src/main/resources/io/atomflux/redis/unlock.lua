-- Gives a lock back if it is still the same holder's. KEYS: 2 the lock; ARGV: 3 token and holder.
if redis.call('GET', KEYS[2]) ~= ARGV[3] then
    return remember('0')
end
giveRoom()
redis.call('DEL', KEYS[2])
return remember('1')
