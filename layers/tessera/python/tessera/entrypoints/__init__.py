"""What Lambda calls: HTTP, streams, queues and schedules, turned into use cases."""
