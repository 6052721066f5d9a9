$tools/check-src source
