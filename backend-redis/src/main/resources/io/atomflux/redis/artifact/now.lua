-- Tells the time in milliseconds. KEYS: 1 any, which finds the server on a cluster.
local time = redis.call('TIME')
return string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
