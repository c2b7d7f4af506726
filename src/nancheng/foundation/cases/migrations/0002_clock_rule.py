"""A clock names the rule of its limit; limits name cases, so that this step comes after both."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ('cases', '0006_clock_rule'),
    ]

    dependencies = [
        ('cases', '0001_cases'),
        ('limits', '0001_limits'),
    ]

    operations = [
        migrations.AddField(
            model_name='clock',
            name='rule',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to='limits.limitrule'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('rule__isnull', False)), fields=['rule'], name='clock_rule'),
        ),
    ]
