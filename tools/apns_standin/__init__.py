"""A stand-in for Apple's push service, for the laptop and the tests. It is never deployed.

It reads Apple's "Sending notification requests to APNs" and "Handling notification responses
from APNs" on its own, so that a misreading in the sender shows here instead of on a phone.
"""
