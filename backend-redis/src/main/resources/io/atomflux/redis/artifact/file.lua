-- Tells where a file is. KEYS: 1 hash of the set; ARGV: 1 name. Answers 'size parts number'.
return redis.call('HGET', KEYS[1], 'f:' .. ARGV[1])
