# Every fault of a table's file is named with its line.
$tools/mkcontracts $out/c.h $out/c.c $out/c.d contracts
