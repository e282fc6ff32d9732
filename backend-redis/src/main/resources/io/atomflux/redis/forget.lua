-- Forgets a client. KEYS: 1 control, 2 client; ARGV: 1 number, 2 what the field 3 of it must be.
if redis.call('HGET', KEYS[2], ARGV[3]) == ARGV[2] then
    redis.call('HDEL', KEYS[1], 'c:' .. ARGV[1])
    redis.call('DEL', KEYS[2])
    return 1
end
if redis.call('EXISTS', KEYS[2]) == 0 then
    redis.call('HDEL', KEYS[1], 'c:' .. ARGV[1])
end
return 0
