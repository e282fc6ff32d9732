-- Reads one value. KEYS: 1 hash of values; ARGV: 1 key.
return redis.call('HGET', KEYS[1], ARGV[1])
