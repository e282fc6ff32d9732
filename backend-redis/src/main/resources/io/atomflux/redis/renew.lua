-- Renews a lock if it is still the same holder's; a late copy finds another holder or none. KEYS: 1 the lock; ARGV: 1
-- token and holder, 2 for how long in ms.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
    return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
