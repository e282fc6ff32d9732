-- Takes sort keys for rows that will be staged. ARGV: 4 name of the open write, 5 how many.
local count = tonumber(ARGV[5])
local first = nextKey
nextKey = first + count
redis.call('SET', KEYS[2], text(nextKey))
redis.call('HSET', KEYS[6], ARGV[4], text(first) .. ' ' .. text(count) .. ' ' .. now)
return publish(text(first))
