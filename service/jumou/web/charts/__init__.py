"""The plan's charts as ECharts options: the same figures as in Word, to point at."""
