# A list that is not sorted is refused; an empty one makes an empty array.
$tools/mkregistry $out/r.c table && cat $out/r.c
$tools/mkregistry $out/r.c table host_os host_port && cat $out/r.c
$tools/mkregistry $out/r.c table host_port host_os
