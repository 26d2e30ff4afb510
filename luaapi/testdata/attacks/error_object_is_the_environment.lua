-- must: end
error(_G)
