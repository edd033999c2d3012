"""Judge folders of any size into one table.

unit: from some files to their rows, a plain function that any engine can call. rows: what a row
holds. workers: the local engine, a process for each core. ray_engine: the same on a cluster.
place: where a table may be written. part: what is judged already, safe from kill -9. output: the
finished table. folder: all of it together.
"""
