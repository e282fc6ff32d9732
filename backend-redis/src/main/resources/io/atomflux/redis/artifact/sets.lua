-- Tells sets in order. KEYS: 1 sorted set of sets; ARGV: 1 the one before or '', 2 how many.
return redis.call('ZRANGEBYLEX', KEYS[1], ARGV[1] == '' and '-' or '(' .. ARGV[1], '+', 'LIMIT', 0, ARGV[2])
