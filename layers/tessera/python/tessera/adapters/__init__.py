"""What answers the ports of the application: DynamoDB, Apple, Google, EventBridge."""
