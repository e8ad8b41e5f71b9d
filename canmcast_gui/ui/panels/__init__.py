"""The panels for signals, hosts, gauges and statistics, and the dock that holds a panel."""
