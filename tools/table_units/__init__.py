"""What items weigh and operations cost in DynamoDB, worked out without asking DynamoDB."""
