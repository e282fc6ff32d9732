-- Counts calls, for tests. KEYS: 2 counter. Answers the count.
redis.call('GET', KEYS[2])
return remember(text(redis.call('INCR', KEYS[2])))
