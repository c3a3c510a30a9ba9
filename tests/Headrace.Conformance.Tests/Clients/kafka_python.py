"""kafka-python: a topic is created, records are produced, and consumed in a group. kafka_python.py ADDRESS NAME none|gzip"""
import logging
import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

logging.disable(logging.CRITICAL)
address, name, codec = sys.argv[1:]
admin = KafkaAdminClient(bootstrap_servers=address)
admin.create_topics([NewTopic(name, num_partitions=3, replication_factor=1)])

producer = KafkaProducer(bootstrap_servers=address, acks='all', compression_type=None if codec == 'none' else codec)
for i in range(30):
    producer.send(name, key=b'k-%d' % (i % 5), value=b'v-%d' % i, headers=[('n', b'%d' % i)])
producer.flush()
producer.close()

consumer = KafkaConsumer(name, bootstrap_servers=address, group_id=name, auto_offset_reset='earliest', enable_auto_commit=False)
read = []
while len(read) < 30:
    read += [record for records in consumer.poll(1000).values() for record in records]
consumer.commit()
partitions = [TopicPartition(name, partition) for partition in range(3)]
for key in range(5):
    print(f'k-{key}', ', '.join(f'{record.value.decode()} {record.headers[0][1].decode()}' for record in read if record.key == b'k-%d' % key))
ends = consumer.end_offsets(partitions)
print('committed', sorted((tp.partition, consumer.committed(tp), end) for tp, end in ends.items()))
found = consumer.offsets_for_times({tp: 0 for tp in partitions})
print('from time', sorted((tp.partition, at and at.offset) for tp, at in found.items()))
consumer.close()

print('groups', (name, 'consumer') in admin.list_consumer_groups())
print('offsets', sorted((tp.partition, offset.offset) for tp, offset in admin.list_consumer_group_offsets(name).items()))
admin.delete_topics([name])
admin.close()
