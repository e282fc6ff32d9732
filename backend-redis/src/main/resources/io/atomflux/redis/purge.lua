-- Deletes rows nothing refers to, while there is nothing that could. KEYS: 1 list of sort keys, 2 open writes, 3 graves,
-- then the rows.
if redis.call('LLEN', KEYS[1]) + redis.call('HLEN', KEYS[2]) + redis.call('SCARD', KEYS[3]) > 0 then
    return 0
end
return redis.call('UNLINK', unpack(KEYS, 4))
