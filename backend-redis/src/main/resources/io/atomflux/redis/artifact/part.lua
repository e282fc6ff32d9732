-- Reads of a part. KEYS: 1 the part; ARGV: 1 first byte, 2 last byte.
return redis.call('GETRANGE', KEYS[1], ARGV[1], ARGV[2])
