-- Tells changes after a revision. KEYS: 1 list of sort keys, 2 counter, 3 control, 4 log; ARGV: 1 revision, 2 how many.
-- Answers: name of the history, its revision, '1' if nobody wrote without logging, the state, entries.
local state = table.concat({
    redis.call('LLEN', KEYS[1]), redis.call('GET', KEYS[2]) or '',
    redis.call('LINDEX', KEYS[1], 0) or '', redis.call('LINDEX', KEYS[1], -1) or ''
}, ' ')
local control = redis.call('HMGET', KEYS[3], 'id', 'rev', 'seen')
local revision = tonumber(control[2] or '0')
local entries = {}
local missed = revision - tonumber(ARGV[1])
if missed > 0 then
    missed = math.min(missed, redis.call('LLEN', KEYS[4]))
    local upTo = math.min(-1, tonumber(ARGV[2]) - 1 - missed) -- from the end as well: 0 would be the oldest entry
    entries = redis.call('LRANGE', KEYS[4], -missed, upTo)
end
return {control[1] or '', control[2] or '0', control[3] == state and '1' or '0', state, entries}
