"""A request to reopen a case leans on a confirmation; no release has had the table before."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0007_drop_redundant_indexes'),
        ('confirmations', '0001_initial'),
    ]

    operations = [
        migrations.DeleteModel(
            name='Reopening',
        ),
        migrations.CreateModel(
            name='Reopening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('node', models.CharField(max_length=80)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reopenings', to='cases.case')),
                ('confirmation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='confirmations.confirmation')),
                ('opened', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
            options={
                'ordering': ('-id',),
                'constraints': [models.CheckConstraint(condition=models.Q(('opened__isnull', True), models.Q(('opened', models.F('case')), _negated=True), _connector='OR'), name='reopening_opens_another')],
            },
        ),
    ]
