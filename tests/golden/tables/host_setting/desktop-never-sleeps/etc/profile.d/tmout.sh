# TMOUT=10
readonly TMOUT=900; export TMOUT
