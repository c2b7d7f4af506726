"""The first tables."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0001_cases'),
        ('people', '0001_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='Endpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('url', models.URLField(max_length=400)),
                ('secret', models.CharField(blank=True, max_length=100)),
                ('code_prefix', models.CharField(blank=True, max_length=60)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'ordering': ('name',),
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('figures', models.JSONField(default=dict)),
                ('key', models.CharField(max_length=120)),
                ('created_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.identity')),
            ],
            options={
                'ordering': ('-created_at', '-id'),
                'indexes': [models.Index(condition=models.Q(('read_at__isnull', True)), fields=['identity', '-created_at'], name='notice_unread'), models.Index(fields=['identity', '-created_at', '-id'], name='notice_of_identity')],
                'constraints': [models.UniqueConstraint(fields=('identity', 'key'), name='notice_once')],
            },
        ),
        migrations.CreateModel(
            name='Outbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('mail', '电子邮件'), ('webhook', '接口推送')], max_length=10)),
                ('key', models.CharField(max_length=200, unique=True)),
                ('address', models.CharField(max_length=400)),
                ('language', models.CharField(default='zh-hans', max_length=10)),
                ('code', models.CharField(max_length=60)),
                ('figures', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField()),
                ('send_after', models.DateTimeField()),
                ('claimed_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('dead_at', models.DateTimeField(blank=True, null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('endpoint', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='notices.endpoint')),
            ],
            options={
                'ordering': ('id',),
                'indexes': [models.Index(condition=models.Q(('dead_at__isnull', True), ('sent_at__isnull', True)), fields=['send_after', 'id'], name='outbox_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), ('dead_at__isnull', True), _connector='OR'), name='outbox_sent_or_dead')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254)),
                ('code_prefix', models.CharField(blank=True, max_length=60)),
                ('is_active', models.BooleanField(default=True)),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.identity')),
            ],
            options={
                'ordering': ('identity', 'id'),
                'constraints': [models.UniqueConstraint(fields=('identity', 'address', 'code_prefix'), name='subscription_once')],
            },
        ),
    ]
