-- Lets nobody write to a set any more. KEYS: 2 hash of the set. Answers '1', or '0' if it has no files.
if redis.call('EXISTS', KEYS[2]) == 0 then
    return remember('0')
end
redis.call('HSET', KEYS[2], 'sealed', '1')
return remember('1')
