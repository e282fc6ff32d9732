-- Takes all rows away at once; their hashes are drained later. KEYS: 7 a grave, 8 the names of all graves.
redis.call('SCARD', KEYS[8])
redis.call('EXISTS', KEYS[7])
giveRoom()
if size == 0 then
    return finish('0')
end
redis.call('RENAME', KEYS[1], KEYS[7])
redis.call('SADD', KEYS[8], KEYS[7])
return publish('0', 'C 0 ' .. text(size))
